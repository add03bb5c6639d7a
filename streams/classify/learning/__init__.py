"""Offline: texts to learn from, training, measuring, learning from corrections, the model card. Needs scikit-learn; nothing that runs in a
role imports it.
"""
