"""The linear text model: features, file, scores at run time (numpy only); training and evaluation offline."""
