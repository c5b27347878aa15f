package google

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// SignIn has the person whose calendar it is sign in at Google, saves the sign-in, and reads the calendar with it. The
// person whose browser it is decides what is granted; a box that was not ticked is noticed here.
func SignIn(ctx context.Context, c Config, p signin.Prompt) error {
	if c.Auth != User {
		return fmt.Errorf("google: calendar %s signs in as a service account: there is nobody to ask", c.Calendar)
	}
	calendar, err := New(c)
	if err != nil {
		return err
	}
	c = *calendar.cfg
	c.Own = calendar.own
	creds, err := readCredentials(c.Credentials, c.Auth, c.Log)
	if err != nil {
		return err
	}
	s := signer{cfg: &c, own: &c.Own, creds: &creds, scope: Scope(c.Calendar, c.Subject)}
	flow := oauth.SignIn{
		Config: s.oauthConfig(), HTTP: c.plainClient(),
		// Without prompt=consent Google gives out no refresh token the second time.
		Options: []oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.SetAuthURLParam("prompt", "consent")},
		Open:    p.Open, Out: p.Out, In: p.In, Log: c.Log,
	}
	token, err := flow.Run(ctx)
	if err != nil {
		return fmt.Errorf("google: %w", err)
	}
	scope, _ := token.Extra("scope").(string)
	if err := missingScope(s.scope, strings.Fields(scope), c.SignInCommand); err != nil {
		return fmt.Errorf("google: %w", err)
	}
	if token.RefreshToken == "" {
		return words.Mend(errors.New("google: Google gave no lasting sign-in"),
			"remove zoomtag at myaccount.google.com/connections and sign in again")
	}
	grant := oauth.Grant{RefreshToken: oauth.Secret(token.RefreshToken), ClientID: creds.clientID,
		Scopes: strings.Fields(scope), SignedIn: c.Now().UTC().Truncate(time.Second)}
	// It says so of apps in Testing, and where the person has let the app in for a time.
	if life, ok := token.Extra("refresh_token_expires_in").(float64); ok && life > 0 {
		grant.Ends = grant.SignedIn.Add(time.Duration(life) * time.Second)
	}
	if err := c.Grants.Install(ctx, grant, c.GrantFile); err != nil {
		return fmt.Errorf("google: %w", err)
	}
	about, err := calendar.ask(ctx)
	if err != nil {
		return fmt.Errorf("the sign-in was saved, but the calendar cannot be read with it: %w", err)
	}
	c.Log.DebugContext(ctx, "signed in", slog.String("calendar", c.Calendar), slog.String("role", about.role))
	return nil
}
