package sample

// Records are all records of the sample.
func Records() []Record { return nil }
