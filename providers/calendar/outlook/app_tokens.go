package outlook

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"zoomtag/providers/internal/oauth"
)

// tokens gets access tokens for an app with a secret.
func (c *Config) tokens(plain *http.Client) (*oauth.Cache, error) {
	cc := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.LoginURL + "/" + c.Tenant + "/oauth2/v2.0/token", Scopes: []string{"http://" + oauth.HostOf(c.APIURL) + "/.default"}}
	return oauth.NewCache(c.Now, func(ctx context.Context) (oauth.Token, error) {
		t, err := cc.Token(context.WithValue(ctx, oauth2.HTTPClient, plain))
		if err != nil {
			return oauth.Token{}, &brokenError{err.Error()}
		}
		return oauth.Token{Value: oauth.Secret(t.AccessToken), Fresh: oauth.Fresh(c.Now(), oauth.Life(t))}, nil
	}), nil
}
