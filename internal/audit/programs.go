package audit

import (
	"fmt"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
)

// program returns what the capture calls the program that a flow belongs to,
// and its package name: the zero Texts where the capture says nothing.
func program(app *capture.App) (name, pkg telltale.Text) {
	switch {
	case app == nil:
		return telltale.Text{}, telltale.Text{}
	case app.Name != "":
		return telltale.NewText(app.Name), telltale.NewText(app.Package)
	case app.Package != "":
		return telltale.NewText(app.Package), telltale.NewText(app.Package)
	}
	return telltale.NewText(fmt.Sprint("user ID ", app.UID)), telltale.Text{}
}
