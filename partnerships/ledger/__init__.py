"""Dates and limits, as pure functions: what a header says, when to speak up, how long an allowance lasts."""
