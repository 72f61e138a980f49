//! How does a message leave the house, and what did the provider mean? Adapters behind `ports::Provider`.
