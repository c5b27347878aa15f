package bolt

// Exposed returns nothing: who may write to a folder is in its access list, and the folders of a user are the user's
// alone.
func (s *Engine) Exposed() string { return "" }
