"""The benches: one module each, and what runs them."""
