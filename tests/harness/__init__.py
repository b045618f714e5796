"""What Sluice's integration tests share, and the runner behind tools/test."""
