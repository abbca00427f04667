"""What runs when, with which retries. No logic of its own."""
