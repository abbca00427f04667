"""What everything stands on: settings, errors and the words that staff read for states and grades."""
