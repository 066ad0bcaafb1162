//! The assistant driven without a screen: keys through the key table, fakes for the world.

mod acquire;
mod act;
mod deciding;
mod driver;
mod finalize;
mod pairing;
mod popups;
mod prepare;
mod presenting;
mod properties;
mod red_green;
mod sample;
mod size;
mod tour;
mod typing;
mod verify;
mod whole;
mod world;
