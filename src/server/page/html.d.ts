declare module "*.html" {
  const html: string;
  export = html;
}
