"""The world outside, scripted: for the demo, training and tests."""
