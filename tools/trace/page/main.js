// The page: what people do, and what follows.

const by_id = id => document.getElementById(id);

async function begin() {
  const started = performance.now();
  const stored = by_id("data");
  const model = await load_model(stored.textContent);
  stored.remove();
  const view = new_view(model);
  const canvas = by_id("picture");
  const g = canvas.getContext("2d", {alpha: false});
  let colours = null, planned = false, dragged = null;

  const redraw = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      const all = draw(view, g, colours);
      draw_curve(view, by_id("curve"), actions.go);
      by_id("hint").hidden = all || view.rows.length === 0;
      by_id("empty").hidden = view.rows.length !== 0;
    });
  };

  const resize = () => {
    const {clientWidth: width, clientHeight: height} = canvas.parentElement;
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    g.setTransform(dots, 0, 0, dots, 0, 0);
    Object.assign(view, {width, height});
    set_scroll(view, view.scroll);
    redraw();
  };

  const update_panel = () => view.selected < 0 ? show_run(by_id("panel"), model, actions) : show_entry(by_id("panel"), view, actions);

  const set_focus = lanes => {
    view.focus = lanes;
    by_id("focus").setAttribute("aria-pressed", String(lanes !== null));
    update_rows(view);
    if (view.selected >= 0) reveal(view, view.selected);
    redraw();
  };

  const clear_filters = () => {
    view.classes = {core: true, peer: true, node: true};
    for (const css of ["core", "peer", "node"]) by_id(`show-${css}`).checked = true;
    view.lane_words = [];
    by_id("lanes").value = "";
    set_focus(null);
  };

  const actions = {
    go(e) {
      select(view, e);
      if (e >= 0) {
        if (view.message >= 0 && model.text[e] !== view.message && model.kind[e] !== KIND_BROKEN) set_message(-1);
        if (view.row_of[model.lane[e]] < 0) clear_filters();
        reveal(view, e);
      }
      update_panel();
      redraw();
    },
    zoom(e) { zoom_to(view, e); redraw(); },
    focus() { if (view.focus || view.selected >= 0) set_focus(view.focus ? null : lanes_concerned(view, view.selected)); },
    band(band) {
      const [a, b] = ends_of(view, band);
      show(view, a - (b - a) * .1, b + (b - a) * .1);
      redraw();
    },
  };

  const step_through = (list, forward) => {
    if (!list.length) return;
    const at = lower_bound(k => list[k], 0, list.length, view.selected + (forward ? 1 : 0));
    actions.go(list[forward ? at % list.length : (at - 1 + list.length) % list.length]);
    show_hits();
  };

  const show_hits = () => {
    const {hits} = view;
    const at = view.is_hit && view.selected >= 0 && view.is_hit[view.selected] ? lower_bound(k => hits[k], 0, hits.length, view.selected) + 1 : 0;
    by_id("hits").textContent = !view.query ? "" : !hits.length ? "none" : `${at ? `${number_text(at)} of ` : ""}${number_text(hits.length)}`;
  };

  const set_message = text => {
    view.message = text;
    by_id("message").value = String(text);
    update_entries(view);
    redraw();
  };

  const set_theme = theme => {
    document.documentElement.dataset.theme = theme;
    colours = read_colours();
    redraw();
  };

  const change_axis = axis => {
    set_axis(view, axis);
    for (const name of ["time", "order"]) by_id(`axis-${name}`).setAttribute("aria-pressed", String(name === axis));
    redraw();
  };

  const step_in_lane = forward => {
    if (view.selected < 0) return actions.go(entry_at(view, view.from));
    const {start, list} = view.by_lane;
    const lane = model.lane[view.selected];
    const at = lower_bound(k => list[k], start[lane], start[lane + 1], view.selected) + (forward ? 1 : -1);
    if (at >= start[lane] && at < start[lane + 1]) actions.go(list[at]);
  };

  const fill_head = () => {
    by_id("seed").textContent = `seed ${model.seed}`;
    by_id("again").textContent = by_id("again").title = model.again;
    const verdict = by_id("verdict");
    const count = model.violations.length;
    verdict.textContent = count ? `${number_text(count)} broken promise${count > 1 ? "s" : ""}` : "All promises kept";
    verdict.classList.add(count ? "bad" : "good");
    verdict.title = count ? "To the next (b)" : "";
    verdict.hidden = false;
    by_id("explained").hidden = !model.explanation;
    by_id("sentence").textContent = model.explanation?.sentence ?? "";
    const counts = new Uint32Array(model.texts.length);
    for (let i = 0; i < model.n; ++i) if (model.kind[i] !== KIND_BROKEN) ++counts[model.text[i]];
    by_id("message").append(new Option("All messages", "-1"));
    [...counts.keys()].filter(i => counts[i]).sort((a, b) => counts[b] - counts[a])
      .forEach(i => by_id("message").append(new Option(`${short_name(model.texts[i]) || "(none)"} (${number_text(counts[i])})`, String(i))));
  };

  const listen_to_controls = () => {
    by_id("copy").addEventListener("click", async () => {
      const range = document.createRange();
      range.selectNodeContents(by_id("again"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      const done = navigator.clipboard ? await navigator.clipboard.writeText(model.again).then(() => true, () => false) : false;
      by_id("copy").textContent = done || document.execCommand("copy") ? "Copied" : "Selected";
      setTimeout(() => { by_id("copy").textContent = "Copy"; }, 1500);
    });
    by_id("verdict").addEventListener("click", () => step_through(model.broken, true));
    by_id("about").addEventListener("click", () => actions.go(-1));
    by_id("theme").addEventListener("click", () => set_theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
    by_id("help-button").addEventListener("click", () => by_id("help").showModal());
    by_id("focus").addEventListener("click", actions.focus);
    by_id("clear-filters").addEventListener("click", clear_filters);
    by_id("fit").addEventListener("click", () => { show(view, ...extent(view)); redraw(); });
    by_id("zoom-in").addEventListener("click", () => { zoom(view, .5); redraw(); });
    by_id("zoom-out").addEventListener("click", () => { zoom(view, 2); redraw(); });
    for (const axis of ["time", "order"]) by_id(`axis-${axis}`).addEventListener("click", () => change_axis(axis));
    by_id("search").addEventListener("input", event => { search(view, event.target.value); show_hits(); redraw(); });
    by_id("search").addEventListener("keydown", event => { if (event.key === "Enter") step_through(view.hits, !event.shiftKey); });
    by_id("next-hit").addEventListener("click", () => step_through(view.hits, true));
    by_id("previous-hit").addEventListener("click", () => step_through(view.hits, false));
    by_id("lanes").addEventListener("input", event => {
      view.lane_words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      set_focus(null);
    });
    by_id("message").addEventListener("change", event => set_message(Number(event.target.value)));
    for (const css of ["core", "peer", "node"])
      by_id(`show-${css}`).addEventListener("change", event => {
        view.classes[css] = event.target.checked;
        set_focus(null);
      });
  };

  const keys = {
    "+": () => zoom(view, .5, selected_x()), "=": () => zoom(view, .5, selected_x()), "-": () => zoom(view, 2, selected_x()),
    "0": () => show(view, ...extent(view)),
    "b": () => step_through(model.broken, true), "n": () => step_through(view.hits, true), "N": () => step_through(view.hits, false),
    "c": () => view.selected >= 0 && model.cause[view.selected] >= 0 && actions.go(model.cause[view.selected]),
    "e": () => view.selected >= 0 && effects(model, view.selected).length && actions.go(effects(model, view.selected)[0]),
    "f": actions.focus, "a": () => change_axis(view.axis === "time" ? "order" : "time"),
    "z": () => view.selected >= 0 && zoom_to(view, view.selected),
    "t": () => by_id("theme").click(), "?": () => by_id("help").showModal(), "/": () => by_id("search").focus(),
    "Escape": () => actions.go(-1),
    "ArrowUp": () => set_scroll(view, view.scroll - 3 * ROW), "ArrowDown": () => set_scroll(view, view.scroll + 3 * ROW),
    "PageUp": () => set_scroll(view, view.scroll - rows_height(view)), "PageDown": () => set_scroll(view, view.scroll + rows_height(view)),
  };
  const selected_x = () => {
    const x = view.selected < 0 ? NaN : view.x(view.selected);
    return x >= view.from && x <= view.to ? x : (view.from + view.to) / 2;
  };

  const listen_to_keys = () => document.addEventListener("keydown", event => {
    if (/^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox") {
      if (event.key === "Escape") canvas.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || by_id("help").open) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const forward = event.key === "ArrowRight";
      if (event.shiftKey) pan(view, (forward ? 1 : -1) * plot_width(view) / 6);
      else step_in_lane(forward);
    } else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
    redraw();
  });

  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const hover = (px, py) => {
    const e = entry_near(view, px, py);
    const row = row_at(view, py);
    const band = band_near(view, px, py);
    canvas.classList.toggle("pointing", e >= 0 || band !== null);
    if (e === view.hovered && row === view.hovered_row && band === view.hovered_band) return;
    Object.assign(view, {hovered: e, hovered_row: row, hovered_band: band});
    const tip = by_id("tip");
    const lane = view.rows[row];
    tip.hidden = e < 0 && !band && !(px < GUTTER && lane !== undefined);
    if (!tip.hidden) {
      const lines = band ? [make("b", "", "Fault"), make("div", "dim", band.text)] : e < 0 ? [make("b", "mono", model.lanes[lane].name), make("div", "dim", model.lanes[lane].type.replaceAll("_", " "))]
        : [make("b", "", model.texts[model.text[e]]), make("div", "dim", model.texts[model.detail[e]]),
           make("div", "dim", `${time_text(model.at[e])}, step ${number_text(model.step[e])}${model.bytes[e] ? `, ${bytes_text(model.bytes[e])}` : ""}`),
           make("div", "dim", model.cause[e] < 0 ? "" : `from ${model.lanes[model.lane[model.cause[e]]].name}`)];
      tip.replaceChildren(...lines);
      const x = Math.min(px + 14, view.width - tip.offsetWidth - 8);
      const y = py + 18 + tip.offsetHeight > view.height ? py - tip.offsetHeight - 10 : py + 18;
      tip.style.transform = `translate(${Math.max(x, 4)}px, ${y}px)`;
      tip.style.left = tip.style.top = 0;
    }
    redraw();
  };

  const leave = () => {
    Object.assign(view, {hovered: -1, hovered_row: -1, hovered_band: null});
    by_id("tip").hidden = true;
    redraw();
  };

  const jump_on_map = px => {
    const [a, b] = extent(view);
    const x = a + (px - GUTTER - 10) / (plot_width(view) - 20) * (b - a);
    const size = view.to - view.from;
    show(view, x - size / 2, x + size / 2);
  };

  const listen_to_pointer = () => {
    canvas.addEventListener("pointerdown", event => {
      const [px, py] = place(event);
      const where = py < SCALE ? "axis" : py > head_of(view) + rows_height(view) ? "map" : "lanes";
      dragged = {where, px, py, from: [px, py], moved: false};
      canvas.setPointerCapture(event.pointerId);
      if (where === "map" && px > GUTTER) { jump_on_map(px); redraw(); }
    });
    canvas.addEventListener("pointermove", event => {
      const [px, py] = place(event);
      if (!dragged) return hover(px, py);
      const moved = dragged.moved || Math.hypot(px - dragged.from[0], py - dragged.from[1]) > 4;
      if (moved && dragged.where === "lanes") {
        if (!dragged.moved) { leave(); canvas.classList.add("dragging"); }
        pan(view, dragged.px - px);
        set_scroll(view, view.scroll + dragged.py - py);
      } else if (moved && dragged.where === "axis") view.marking = [dragged.from[0], px].sort((a, b) => a - b);
      else if (moved) jump_on_map(px);
      Object.assign(dragged, {px, py, moved});
      redraw();
    });
    const drop = event => {
      if (!dragged) return;
      const {where, moved} = dragged;
      dragged = null;
      canvas.classList.remove("dragging");
      const [px, py] = place(event);
      if (view.marking) {
        const [a, b] = view.marking.map(at => x_of_pixel(view, Math.max(at, GUTTER)));
        view.marking = null;
        show(view, a, b);
      } else if (where === "lanes" && !moved && px > GUTTER) {
        const band = band_near(view, px, py);
        if (band) actions.band(band);
        else actions.go(entry_near(view, px, py));
      }
      redraw();
    };
    canvas.addEventListener("pointerup", drop);
    canvas.addEventListener("pointercancel", drop);
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("dblclick", event => { zoom(view, .4, x_of_pixel(view, place(event)[0])); redraw(); });
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      const [px, py] = place(event);
      const lines = event.deltaMode === 1 ? 24 : 1;
      const dx = event.deltaX * lines, dy = event.deltaY * lines;
      if (event.ctrlKey || event.metaKey || py < SCALE || py > head_of(view) + rows_height(view))
        zoom(view, Math.exp(Math.max(Math.min(dy, 200), -200) * .004), x_of_pixel(view, Math.max(px, GUTTER)));
      else if (event.shiftKey) pan(view, dx || dy);
      else {
        pan(view, dx);
        set_scroll(view, view.scroll + dy);
      }
      leave();
    }, {passive: false});
  };

  set_theme(document.documentElement.dataset.theme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", event => set_theme(event.matches ? "dark" : "light"));
  by_id("hint").textContent = "Zoom in to see who says what to whom";
  fill_head();
  update_entries(view);
  update_rows(view);
  show(view, ...extent(view));
  if (is_crowded(model)) change_axis("order");
  listen_to_controls();
  listen_to_keys();
  listen_to_pointer();
  new ResizeObserver(resize).observe(canvas.parentElement);
  resize();
  const first = [risen_at(model), ...model.broken].find(e => e >= 0);
  if (first !== undefined) actions.go(first);
  else update_panel();
  by_id("loading").hidden = true;
  // For tests and for people with a console: where an entry is on the page, and what is shown.
  window.seedwalk_trace = {model, view, go: actions.go, zoom: factor => zoom(view, factor), draw: () => draw(view, g, colours), point_of: e => {
    const box = canvas.getBoundingClientRect();
    return {x: box.left + pixel_of(view, view.x(e)), y: box.top + y_of_row(view, view.row_of[model.lane[e]])};
  }};
  requestAnimationFrame(() => requestAnimationFrame(() => {
    document.body.dataset.ready = (performance.now()).toFixed(0);
    document.body.dataset.unpacked = (performance.now() - started).toFixed(0);
  }));
}

begin().catch(error => {
  by_id("loading").textContent = `This page cannot be shown: ${error.message}. It needs a browser of 2023 or later.`;
  by_id("loading").hidden = false;
  throw error;
});
