"""The packs of many periods side by side: an index, each subject's history, and how many periods are kept."""
