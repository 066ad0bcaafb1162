//! Sentences as people type them, and texts that nobody should type.

use super::read_tests::{read, texts};
use crate::domain::task::Intent;
use pretty_assertions::assert_eq;

#[test]
fn hostile_text_is_harmless() {
    for text in [
        "\u{0}\u{1b}[2J\u{202e}cancel an order".to_owned(),
        "order ".repeat(200_000),
        "{".repeat(100_000),
        "a:string{".repeat(20_000),
        "/".repeat(50_000),
        "….“”,;:!?".to_owned(),
        "é".repeat(60_000),
        "cancel order. ".repeat(5_000),
    ] {
        let reading = read(&text);
        assert!(reading.not_understood.len() <= 14, "{}", reading.not_understood.len());
        assert!(reading.not_understood.iter().all(|quote| quote.chars().count() <= 400));
        let shown = reading.read_as.iter().map(|(_, value)| value).chain(&reading.not_understood);
        assert!(shown.clone().all(|text| !text.chars().any(char::is_control)));
    }
}

#[test]
fn a_reading_is_the_same_every_time() {
    let text = "Let customers cancel an order with a refund and add a tag resource with name:string";
    assert_eq!(read(text), read(text));
}

#[test]
fn everyday_sentences_are_read_for_what_they_ask() {
    use Intent::{BackingService, Endpoint, Middleware, Resource};
    for (text, intent, subject) in [
        ("Let guests cancel a booking", Endpoint, "POST /api/bookings/{id}/cancel"),
        ("Let users delete an article", Endpoint, "DELETE /api/articles/{id}"),
        ("Let users cancel an order", Endpoint, "POST /api/orders/{id}/cancel"),
        ("Delete a user", Endpoint, "DELETE /api/users/{id}"),
        ("Add rate limiting to the login endpoint", Middleware, "rate limiting"),
        ("Send a welcome e-mail after sign up", BackingService, "e-mail"),
        ("Add pagination to GET /items", Endpoint, "GET /items"),
        ("A REST API for invoices with number:string:unique and a PDF export", Resource, "invoice"),
    ] {
        let reading = read(text);
        assert_eq!((reading.intent, reading.subject.as_str()), (intent, subject), "{text}");
        assert!(reading.read_as.iter().all(|(_, value)| !value.is_empty()), "{:?}", reading.read_as);
    }
    let list = read("Add pagination to GET /items");
    assert!(texts(&list).contains(&"GET /items answers 200 with at most the limit"), "{:?}", texts(&list));
    let limit = read("Add rate limiting to the login endpoint");
    assert!(texts(&limit).iter().any(|text| text.contains("429")), "{:?}", texts(&limit));
}

#[test]
fn a_server_error_is_a_symptom_and_never_a_criterion() {
    let reading = read("The /api/users endpoint returns 500 when the email is missing, fix it");
    assert!(!texts(&reading).iter().any(|text| text.contains("500")), "{:?}", texts(&reading));
    assert_eq!(reading.not_understood, ["The /api/users endpoint returns 500 when the email is missing"]);
}
