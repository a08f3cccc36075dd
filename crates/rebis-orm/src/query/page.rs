//! [`Page`], [`Pagination`] and [`Slice`]. Invariant: pages count from 1; a page past the end is empty, not an error.

/// Which page, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    page: u64,
    per_page: u64,
}

impl Page {
    /// Page `page`, from 1, of `per_page` items.
    #[must_use]
    pub fn new(page: u64, per_page: u64) -> Self {
        Page { page: page.max(1), per_page: per_page.max(1) }
    }

    /// Items on a page.
    #[must_use]
    pub fn per_page(self) -> u64 {
        self.per_page
    }

    pub(crate) fn skip(self) -> u64 {
        (self.page - 1).saturating_mul(self.per_page)
    }
}

/// One page of a query's rows.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Pagination<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The page, from 1.
    pub page: u64,
    /// Items on a page.
    pub per_page: u64,
    /// Items on all pages.
    pub total: u64,
    /// Pages in all.
    pub pages: u64,
    /// Whether there is a page before.
    pub has_prev: bool,
    /// Whether there is a page after.
    pub has_next: bool,
}

/// One page of a query's rows whose number is not known.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Slice<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The page, from 1.
    pub page: u64,
    /// Items on a page.
    pub per_page: u64,
    /// Whether there is a page before.
    pub has_prev: bool,
    /// Whether there is a page after.
    pub has_next: bool,
}

impl<T> Slice<T> {
    /// `items` has one more than the page when another one follows.
    pub(crate) fn new(mut items: Vec<T>, page: Page) -> Self {
        let has_next = items.len() as u64 > page.per_page;
        items.truncate(usize::try_from(page.per_page).unwrap_or(usize::MAX));
        Slice { items, page: page.page, per_page: page.per_page, has_prev: page.page > 1, has_next }
    }
}

impl<T> Pagination<T> {
    pub(crate) fn new(items: Vec<T>, page: Page, total: u64) -> Self {
        let pages = total.div_ceil(page.per_page);
        Pagination {
            items,
            page: page.page,
            per_page: page.per_page,
            total,
            pages,
            has_prev: page.page > 1,
            has_next: page.page < pages,
        }
    }

    /// The page before.
    #[must_use]
    pub fn prev_num(&self) -> Option<u64> {
        self.has_prev.then(|| self.page - 1)
    }

    /// The page after.
    #[must_use]
    pub fn next_num(&self) -> Option<u64> {
        self.has_next.then(|| self.page + 1)
    }

    /// Page numbers for links, `None` where some are left out: the first two, two before and four after this one, the last two.
    #[must_use]
    pub fn iter_pages(&self) -> Vec<Option<u64>> {
        let mut all = Vec::new();
        let mut last = 0;
        for n in 1..=self.pages {
            let near = n + 2 >= self.page && n <= self.page + 4;
            if n <= 2 || near || n + 2 > self.pages {
                if last + 1 != n {
                    all.push(None);
                }
                all.push(Some(n));
                last = n;
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Pagination};

    #[test]
    fn page_numbers_leave_gaps() {
        let page = Pagination::new(vec![(); 10], Page::new(7, 10), 195);
        assert_eq!((page.pages, page.prev_num(), page.next_num()), (20, Some(6), Some(8)));
        let shown: Vec<u64> = page.iter_pages().into_iter().map(|n| n.unwrap_or(0)).collect();
        assert_eq!(shown, [1, 2, 0, 5, 6, 7, 8, 9, 10, 11, 0, 19, 20]);
    }
}
