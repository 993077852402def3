"""The monthly round of a pack: export → dataset → audit gate → pack → archive → delivery."""
