"""How requests are made: which addresses, how long, how often, what is done with redirects and refusals."""
