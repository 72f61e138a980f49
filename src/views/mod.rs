//! In which shape do faces hand out answers? The JSON of contract 3, one struct a shape, shared by every face.

pub mod decision;
