//! Which layout does a grid have, and which shifts does it say? One file a family; `recognise` chooses, and says why.
