"""One picture painted by several processes, on one machine or on several: who owns which rows, and what they exchange.

A process is a *rank*. Each owns a band of rows, a *slab*: its canvas, its gradient, its part of the solver's state.
"""
