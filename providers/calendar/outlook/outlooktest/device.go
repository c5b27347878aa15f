package outlooktest

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// deviceLife is how long a device code waits for the person.
const deviceLife = 15 * time.Minute

// device is a device code on its way.
type device struct {
	tenant, scope, userCode string
	end, asked              time.Time
	approved, declined      bool
	used                    bool
}

// newDevice is the endpoint of device codes. There is no address that has the code in it.
func (s *Server) newDevice(tenant string, form url.Values) answer {
	if _, wrong := s.granted(form.Get("scope")); wrong != "" || form.Get("scope") == "" {
		return s.badScope(wrong)
	}
	n := strconv.FormatInt(s.Next(), 10)
	name, user := "BAQABAAEAAAD"+opaque("device "+n, 40), userCode(n)
	s.auth.devices[name] = &device{tenant: tenant, scope: form.Get("scope"), userCode: user,
		end: s.now().Add(deviceLife)}
	address := "https://microsoft.com/devicelogin"
	return ok(JSON{
		"user_code": user, "device_code": name, "verification_uri": address,
		"expires_in": int(deviceLife / time.Second),
		"interval":   int(s.opts.DeviceInterval / time.Second),
		"message": "To sign in, use a web browser to open the page " + address + " and enter the code " + user +
			" to authenticate.",
	})
}

// userCode is a code of the letters that nobody mistakes for others.
func userCode(n string) string {
	out := strings.Builder{}
	for _, c := range []byte(opaque("user code "+n, 9)) {
		out.WriteByte("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[int(c)%32])
	}
	return out.String()
}

// Approve is the person typing a code in and consenting. It says whether there is such a code.
func (s *Server) Approve(userCode string) bool {
	return s.decide(userCode, func(d *device) { d.approved = true })
}

// Decline is the person typing a code in and refusing.
func (s *Server) Decline(userCode string) bool {
	return s.decide(userCode, func(d *device) { d.declined = true })
}

func (s *Server) decide(userCode string, do func(d *device)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.auth.devices {
		if d.userCode == userCode && s.now().Before(d.end) && !d.used {
			do(d)
			return true
		}
	}
	return false
}

// fromDevice exchanges a device code, when the person has decided.
func (s *Server) fromDevice(form url.Values) answer {
	d := s.auth.devices[form.Get("device_code")]
	if d == nil || d.used {
		return s.oauthFail(400, "bad_verification_code", "70019", "The device code is not valid.")
	}
	now, asked := s.now(), d.asked
	d.asked = now
	switch {
	case !now.Before(d.end):
		return s.oauthFail(400, "expired_token", "70020",
			"The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
	case d.declined:
		return s.oauthFail(400, "authorization_declined", "70018", "The authorization request was denied.")
	case s.opts.SlowDown && !asked.IsZero() && now.Sub(asked) < s.opts.DeviceInterval*9/10:
		// a request may take a while
		return s.oauthFail(400, "slow_down", "70017", "The client polls more often than it was told to.")
	case !d.approved:
		return s.oauthFail(400, "authorization_pending", "70016",
			"OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	d.used = true
	scopes, wrong := s.granted(d.scope)
	if wrong != "" || len(scopes) == 0 {
		return s.oauthFail(400, "authorization_declined", "65004", "User declined to consent to access the app.")
	}
	return ok(s.pair(&grant{principal: s.auth.account, scopes: scopes}, strings.Contains(d.scope, "offline_access")))
}
