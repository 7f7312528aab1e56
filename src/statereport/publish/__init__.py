"""The build folder: exports, cubes and the description of the dataset."""
