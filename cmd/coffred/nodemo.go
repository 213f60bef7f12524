//go:build !demo

package main

import (
	"context"
	"net"

	"github.com/coffre-citoyen/coffre/internal/config"
)

const demoBuilt = false

// demoExtras of a production build: nothing.
func demoExtras(context.Context, config.Config, *stores, []net.Listener) (extras, error) {
	return extras{}, nil
}
