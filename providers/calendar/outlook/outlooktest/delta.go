package outlooktest

// walk is what the token of a delta stands for.
type walk struct{}

func (c *call) delta() answer { return c.unknown() }
