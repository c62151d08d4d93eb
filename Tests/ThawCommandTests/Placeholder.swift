// The demo's tests go here.
