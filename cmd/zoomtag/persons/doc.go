// Package persons signs people in at the services of a configuration, signs them out, and tells how their sign-ins
// stand. What it says and asks goes to one terminal ([Terminal]). The sign-ins themselves are kept by the adapters,
// each in a file beside the state.
package persons
