"""What each action does to a case, one module a group of actions; who may do it in which state stands in `permits`."""
