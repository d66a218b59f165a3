//! Arguments, files, exit codes: the only floor that touches the world.
