"""What tools/quickstart runs once Sluice is built: a channel, a recording of it, a summary."""
