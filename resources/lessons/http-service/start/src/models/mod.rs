pub mod seat;
