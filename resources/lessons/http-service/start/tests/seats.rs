//! What the cinema does today, over HTTP. These tests stay as they are.

use axum::Router;
use cinema::{repositories::seats::SeatRepository, routes::seats::router, services::seats::SeatService};

fn cinema() -> Router<SeatService> {
    router(SeatService::new(SeatRepository::with_seats(9)))
}

fn ask(cinema: &Router<SeatService>, method: &str, url: &str) -> (u16, String) {
    let response = cinema.request(method, url);
    (response.status.as_u16(), response.body)
}

#[test]
fn a_seat_is_read() {
    assert_eq!(ask(&cinema(), "GET", "/seats/7"), (200, "seat 7 is free".into()));
}

#[test]
fn a_seat_that_is_not_there_is_404() {
    for (method, url) in [("GET", "/seats/10"), ("POST", "/seats/10/booking?name=Ada"), ("POST", "/seats/10/release")] {
        assert_eq!(ask(&cinema(), method, url).0, 404, "{url}");
    }
}

#[test]
fn a_seat_is_booked() {
    let cinema = cinema();
    let taken = "seat 7 is taken by Ada".to_owned();
    assert_eq!(ask(&cinema, "POST", "/seats/7/booking?name=Ada"), (201, taken.clone()));
    assert_eq!(ask(&cinema, "GET", "/seats/7"), (200, taken));
}

#[test]
fn a_booking_without_a_name_is_400() {
    assert_eq!(ask(&cinema(), "POST", "/seats/7/booking").0, 400);
}

#[test]
fn a_taken_seat_is_not_booked_again() {
    let cinema = cinema();
    ask(&cinema, "POST", "/seats/7/booking?name=Ada");
    assert_eq!(ask(&cinema, "POST", "/seats/7/booking?name=Grace").0, 409);
}

#[test]
fn a_seat_is_given_back() {
    let cinema = cinema();
    ask(&cinema, "POST", "/seats/7/booking?name=Ada");
    assert_eq!(ask(&cinema, "POST", "/seats/7/release"), (200, "seat 7 is free".into()));
}

#[test]
fn a_free_seat_cannot_be_given_back() {
    assert_eq!(ask(&cinema(), "POST", "/seats/7/release"), (409, "nobody sits there".into()));
}
