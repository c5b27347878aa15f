package outlooktest

import (
	"cmp"
	"crypto/sha256"
	"fmt"
)

// What the emulated app registration is called.
const (
	tenantID         = "3f0b4a1e-7c52-4c86-9d5a-6b8e2f7d1c90"
	consumerTenantID = "9188040d-6c67-4c5b-b112-36a304b66dad" // of all personal accounts
	clientID         = "8d1a7c35-2f64-4be0-a9f3-0c5e7b9d4a12"
	clientSecret     = "Vx78Q~notASecretOfAnyApp"
)

// URL is the base of the started server.
func (s *Server) URL() string {
	return cmp.Or(s.Address(), "https://outlooktest.invalid") // the latter for a handler: nobody can dial it
}

// GraphURL is the base of the API, what a client has in the place of https://graph.microsoft.com/v1.0.
func (s *Server) GraphURL() string { return s.URL() + "/v1.0" }

// LoginURL is the base of the sign-in, what a client has in the place of https://login.microsoftonline.com.
func (s *Server) LoginURL() string { return s.URL() }

// Tenant is the id of the organisation.
func (s *Server) Tenant() string {
	if s.opts.PersonalAccount {
		return consumerTenantID
	}
	return tenantID
}

// ClientID is the id of the app registration; ClientSecret its secret.
func (s *Server) ClientID() string { return clientID }

// ClientSecret is the secret of the app registration.
func (s *Server) ClientSecret() string { return clientSecret }

// Mailbox is the address of the first mailbox.
func (s *Server) Mailbox() string { return Account }

// guid is a GUID that a name leads to.
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
