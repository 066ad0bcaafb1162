//! Routes to handlers, and requests without a server.

use crate::{
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

type Call<S> = Arc<dyn Fn(&Request, &S) -> Response + Send + Sync>;

pub trait Handler<T, S> {
    fn into_call(self) -> Call<S>;
}

macro_rules! handler {
    ($($part:ident),*) => {
        impl<F, Fut, R, S, $($part),*> Handler<($($part,)*), S> for F
        where
            F: Fn($($part),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R>,
            R: IntoResponse,
            $($part: FromRequest<S>),*
        {
            #[allow(non_snake_case)]
            fn into_call(self) -> Call<S> {
                Arc::new(move |request, state| {
                    $(let $part = match $part::from_request(request, state) {
                        Ok(value) => value,
                        Err(response) => return response,
                    };)*
                    block_on(self($($part),*)).into_response()
                })
            }
        }
    };
}

handler!(A);
handler!(A, B);
handler!(A, B, C);

pub struct MethodRouter<S>(Vec<(&'static str, Call<S>)>);

pub fn get<T, S>(handler: impl Handler<T, S>) -> MethodRouter<S> {
    MethodRouter(vec![("GET", handler.into_call())])
}

pub fn post<T, S>(handler: impl Handler<T, S>) -> MethodRouter<S> {
    MethodRouter(vec![("POST", handler.into_call())])
}

pub struct Router<S = ()> {
    routes: Vec<(String, &'static str, Call<S>)>,
    state: Option<S>,
}

impl<S> Router<S> {
    pub fn new() -> Self {
        Self { routes: Vec::new(), state: None }
    }

    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        let own = methods.0.into_iter().map(|(method, call)| (path.to_owned(), method, call));
        self.routes.extend(own);
        self
    }

    pub fn with_state(mut self, state: S) -> Self {
        self.state = Some(state);
        self
    }

    /// Answers a request, as a server would.
    pub fn request(&self, method: &str, url: &str) -> Response {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (pattern, verb, call) in &self.routes {
            if let (Some(parameter), true, Some(state)) =
                (matched(pattern, path), *verb == method, &self.state)
            {
                return call(&Request { parameter, query }, state);
            }
        }
        StatusCode::NOT_FOUND.into_response()
    }
}

/// The parameter of a path that fits, empty where there is none.
fn matched(pattern: &str, path: &str) -> Option<String> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameter = String::new();
    for (part, value) in wanted.into_iter().zip(given) {
        if part.starts_with('{') {
            parameter = value.to_owned();
        } else if part != value {
            return None;
        }
    }
    Some(parameter)
}

struct Idle;

impl Wake for Idle {
    fn wake(self: Arc<Self>) {}
}

/// Nothing in this lesson waits, so one look is enough.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Idle));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
    }
}
