package words

import "errors"

// usage is a mistake of whoever asked.
type usage struct{ err error }

func (u *usage) Error() string { return u.err.Error() }
func (u *usage) Unwrap() error { return u.err }

// Usage marks an error as a mistake in the command line or the configuration: nothing was done, and doing it again
// would end the same way.
func Usage(err error) error { return &usage{err} }

// IsUsage reports whether err is marked as such a mistake.
func IsUsage(err error) bool {
	var u *usage
	return errors.As(err, &u)
}
