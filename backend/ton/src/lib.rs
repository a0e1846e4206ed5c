//! TON vocabulary.
