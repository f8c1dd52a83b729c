"""A small local server that plays the partners, so that a machine without internet has something real to poll."""
