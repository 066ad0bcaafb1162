//! What a handler is given.

use crate::{http::StatusCode, response::{IntoResponse, Response}};
use std::{collections::HashMap, str::FromStr};

/// A request that was matched to its route.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub parameter: String,
    pub query: HashMap<String, String>,
}

pub trait FromRequest<S>: Sized {
    fn from_request(request: &Request, state: &S) -> Result<Self, Response>;
}

pub struct State<S>(pub S);

impl<S: Clone> FromRequest<S> for State<S> {
    fn from_request(_: &Request, state: &S) -> Result<Self, Response> {
        Ok(Self(state.clone()))
    }
}

pub struct Path<T>(pub T);

impl<S, T: FromStr> FromRequest<S> for Path<T> {
    fn from_request(request: &Request, _: &S) -> Result<Self, Response> {
        let value = request.parameter.parse();
        value.map(Self).map_err(|_| StatusCode::BAD_REQUEST.into_response())
    }
}

#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S> FromRequest<S> for Query<HashMap<String, String>> {
    fn from_request(request: &Request, _: &S) -> Result<Self, Response> {
        Ok(Self(request.query.clone()))
    }
}
