package rest

import "net/http"

// Kind is what a status says, before the service's own error code is looked at.
type Kind int

// The kinds. Odd is a status that means nothing in particular: nothing is concluded from it.
const (
	Odd Kind = iota
	OK
	Invalid
	Unauthorized
	Forbidden
	Missing
	Gone
	Conflict
	Throttled
	Broken
)

// KindOf tells what an HTTP status says.
func KindOf(status int) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return Invalid
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return Forbidden
	case http.StatusNotFound:
		return Missing
	case http.StatusGone:
		return Gone
	case http.StatusConflict, http.StatusPreconditionFailed:
		return Conflict
	case http.StatusTooManyRequests:
		return Throttled
	}
	switch {
	case status >= 200 && status < 300:
		return OK
	case status >= 500 && status < 600:
		return Broken
	}
	return Odd
}
