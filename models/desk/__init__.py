"""The desk: people who log in, and what they note, mark, collect, follow up, correct and hand up."""
