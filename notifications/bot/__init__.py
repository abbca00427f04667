"""The bot that staff talk to: thin handlers (`app`), answers made by functions on the archive (`answers`)."""
