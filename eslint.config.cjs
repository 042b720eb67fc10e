const js = require("@eslint/js");
const globals = require("globals");

module.exports = [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: {...globals.browser, odoo: "readonly", luxon: "readonly"},
    },
    rules: {
      "no-unused-vars": ["error", {args: "none"}],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
