/** The theme: that of VitePress, with colours of our own. */

import theme from "vitepress/theme";
import "./style.css";

export default theme;
