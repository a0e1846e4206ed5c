//! A world to play in.
