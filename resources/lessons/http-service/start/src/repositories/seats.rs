//! Where seats are kept.

use crate::models::seat::Seat;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

#[derive(Debug, Clone, Default)]
pub struct SeatRepository {
    seats: Arc<Mutex<BTreeMap<u32, Seat>>>,
}

impl SeatRepository {
    pub fn with_seats(count: u32) -> Self {
        let seats = (1..=count).map(|id| (id, Seat { id, taken_by: None })).collect();
        Self { seats: Arc::new(Mutex::new(seats)) }
    }

    pub fn find(&self, id: u32) -> Option<Seat> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub fn save(&self, seat: Seat) {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).insert(seat.id, seat);
    }
}
