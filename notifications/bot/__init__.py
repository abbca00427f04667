"""The bot that staff talk to: one listener a messenger, answers made by functions on the archive (`answers`)."""
