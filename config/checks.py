"""System checks of the settings, each with an id and a hint."""
