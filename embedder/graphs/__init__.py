"""Encoders written as ONNX graphs of standard operators, each in a form that every engine fuses.

No code of a checkpoint runs and no other library writes the graph: the weights are copied one by one, so that an
encoder of any size is written with little memory, and attention is bidirectional because nothing makes it causal.
"""
