"""The single file, made of the questions and the data."""
