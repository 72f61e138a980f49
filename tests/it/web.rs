//! Do the pages and the API of the service do what people and programs come for? The real process, over HTTP.

mod link;
mod timeline;
