// Numbers and times as people read them.

const number_text = new Intl.NumberFormat("en").format;

// 1.204 s, 12.5 ms, 3 us: with as many digits as tell apart what is `step` ns apart.
function time_text(ns, step = 1) {
  if (ns === 0) return "0";
  const [unit, size] = Math.abs(ns) >= 3600e9 ? ["h", 3600e9] : Math.abs(ns) >= 60e9 && step >= 1e9 ? ["min", 60e9]
    : Math.abs(ns) >= 1e9 ? ["s", 1e9] : Math.abs(ns) >= 1e6 ? ["ms", 1e6] : Math.abs(ns) >= 1e3 ? ["\u00b5s", 1e3] : ["ns", 1];
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(size / step) - 1e-9)));
  const text = (ns / size).toFixed(digits);
  return `${digits && step <= 1 ? text.replace(/\.?0+$/, "") : text} ${unit}`;
}

function bytes_text(n) {
  return n < 10000 ? `${number_text(n)} bytes` : `${number_text(Math.round(n / 1000))} kB`;
}

// The moment of a wall clock that is right.
function wall_text(model, at) {
  const date = new Date(model.wall * 1000 + at / 1e6);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

function short_name(text) {
  return text.slice(text.lastIndexOf("::") + 1).replace(/^:/, "").replaceAll("_", " ");
}

// What an entry is called where there is little room.
function label_of(model, i) {
  if (model.kind[i] === KIND_BROKEN) return model.texts[model.text[i]];
  const detail = model.texts[model.detail[i]];
  const text = short_name(model.texts[model.text[i]]);
  return detail ? `${text} ${detail}` : model.bytes[i] ? `${text} ${bytes_text(model.bytes[i])}` : text;
}

// An element with a class, and text or elements in it. Text from a trace is never read as markup.
function make(tag, css, ...inside) {
  const element = document.createElement(tag);
  if (css) element.className = css;
  element.append(...inside.filter(x => x !== null && x !== undefined));
  return element;
}
