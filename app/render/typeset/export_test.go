package typeset

// Busy reports whether a document is being made, so that a test can wait for that.
func Busy(s *Setter) bool { return len(s.turn) == 0 }
