package zoomtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is a way of misbehaving.
type Fault struct {
	// Match chooses the requests, the sign-in included; nil is every API request.
	Match func(*http.Request) bool
	// Times is how many of them are hit; 0 is all.
	Times int
	// After lets the request take effect first.
	After bool
	// Deaf (with After) answers as if the request had taken effect, and drops the effect.
	Deaf bool

	// Cut closes the connection without an answer; Half breaks the answer off in its middle.
	Cut, Half bool
	// Status, Header and Body are the answer; a zero Status keeps the request's own (with After).
	Status int
	Header http.Header
	Body   string
	// Replace rewrites the request's own body (with After).
	Replace func(body string) string
}

// Break adds a fault; the first that matches a request is used.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Mend takes all faults away.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) fault(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Match == nil && strings.HasPrefix(r.URL.Path, "/oauth/") || f.Match != nil && !f.Match(r) {
			continue
		}
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		} else if f.Times > 1 {
			f.Times--
		}
		hit := *f
		return &hit
	}
	return nil
}

func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, label string, f *Fault, a answer) {
	if f.Cut {
		s.record(r, label, 0)
		panic(http.ErrAbortHandler) // net/http's way of cutting a connection
	}
	if f.Status != 0 {
		a = answer{status: f.Status, header: f.Header, body: f.Body}
	}
	text, raw := a.body.(string)
	if !raw && a.body != nil {
		encoded, _ := json.Marshal(a.body) // made of our own structs: it cannot fail
		text = string(encoded)
	}
	if f.Replace != nil {
		text = f.Replace(text)
		a.body, a.header = text, http.Header{"Content-Type": {jsonBody}}
	}
	if f.Half {
		s.record(r, label, a.status)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)+100))
		w.WriteHeader(cmp.Or(a.status, http.StatusOK)) // 0: nothing was done
		_, _ = w.Write([]byte(text[:len(text)/2]))
		panic(http.ErrAbortHandler)
	}
	s.write(w, r, label, a)
}

// On matches requests of one method; an empty method is any of the API's.
func On(method string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return (method == "" || r.Method == method) && strings.HasPrefix(r.URL.Path, "/v2/")
	}
}

// SignIn matches the requests for an access token.
func SignIn(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/oauth/") }

func throttle(message string, header ...string) Fault {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	body, _ := json.Marshal(failure{Code: 429, Message: message}) // made of strings: it cannot fail
	return Fault{Status: http.StatusTooManyRequests, Header: h, Body: string(body)}
}

// PerSecond is the 429 of too many requests in a second.
func PerSecond() Fault {
	return throttle("You have reached the maximum per-second rate limit for this API. Try again later.",
		"X-RateLimit-Category", "Light", "X-RateLimit-Type", "QPS", "X-RateLimit-Limit", "4",
		"X-RateLimit-Remaining", "0")
}

// Concurrent is the 429 of two writes at once for one user.
func Concurrent() Fault {
	return throttle("Too many concurrent requests. A request to create, update or delete a meeting of this user is " +
		"in progress.")
}

// DailyAccount is the 429 of the account's daily limit; Zoom gives its Retry-After as an ISO 8601 time.
func DailyAccount(retryAfter string) Fault {
	return throttle("You have reached the maximum daily rate limit for this API. Refer to the response header for "+
		"details on when you can make another request.",
		"X-RateLimit-Category", "Medium", "X-RateLimit-Type", "Daily-limit", "Retry-After", retryAfter)
}

// HostLimit is the 429 of a host's 100 create and update calls for a UTC day. Its headers look healthy.
func HostLimit() Fault {
	return throttle("You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "+
		"for this particular user. "+
		"You may resume these requests at GMT 00:00:00.",
		"X-RateLimit-Category", "Light", "X-RateLimit-Limit", "6000", "X-RateLimit-Remaining", "5893")
}

// RetryAfter is a 429 with any Retry-After.
func RetryAfter(value string) Fault { return throttle("Too many requests.", "Retry-After", value) }

// hostLimited counts a create or update call and says whether it is beyond the day's limit.
func (s *Server) hostLimited(host string) (answer, bool) {
	key := s.today(host)
	if s.spent[key] >= s.opts.DailyLimit {
		f := HostLimit()
		return answer{status: f.Status, header: f.Header, body: f.Body}, true
	}
	s.spent[key]++
	return answer{}, false
}

// stamp is a time as the API says it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
