"""Replica sites of the papers, served over loopback, and the demonstration on them."""
