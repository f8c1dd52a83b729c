"""What is measured in a process of its own, with a database of its own: each job prints one JSON line at its end."""
